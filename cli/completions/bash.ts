import {
  type Completed,
  completed,
  type CompletionPage,
  type CompletionProgram,
  functionName,
} from "./completions.ts";
import { shellWord } from "../../src/text_safety.ts";

/** The completion script for bash 4.0 and later, also without bash-completion. */
export function bashCompletions(page: CompletionPage): string {
  const { programs = [] } = page;
  const name = functionName(page.name);
  const names = programs.map((program) => program.name);
  const takesFile = programs.filter((program) => program.takesFile)
    .map((program) => program.name);
  return `# Completions of ${page.name} for bash. In ~/.bashrc:
#   source <(${page.name} --completions bash)
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prefix= option= value= word at
  local prev=\${COMP_WORDS[COMP_CWORD - 1]} program= joined=
  local -a words=() long=() all=()
  COMPREPLY=()
  ((COMP_CWORD > 1)) && case \${COMP_WORDS[1]} in
    ${alternatives(names)}) program=\${COMP_WORDS[1]} ;;
  esac

  # After the first -- is another command: it is completed as it is alone.
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} == -- && \${COMP_WORDS[at - 1]} != = ]] || continue
    case $program in
      ${alternatives(takesFile)})
        compopt -o default
        return 0
        ;;
    esac
    if declare -F _command_offset >/dev/null; then
      _command_offset $((at + 1))
    elif ((COMP_CWORD == at + 1)); then
      local IFS=$'\\n'
      COMPREPLY=($(compgen -c -- "$cur" | sort -u))
    else
      compopt -o bashdefault -o default
    fi
    return 0
  done

  case $program in
${[...programs, { ...page, name: "" }].map(programCase).join("")}  esac

  # bash takes --name=value apart at the =, unless COMP_WORDBREAKS lacks it.
  if [[ $cur == = ]]; then
    option=$prev value=none cur=
  elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then
    option=\${COMP_WORDS[COMP_CWORD - 2]} value=none
  elif [[ $cur == --*=* ]]; then
    option=\${cur%%=*} value=none prefix=\${cur%%=*}= cur=\${cur#*=}
  elif [[ $cur =~ ^($joined)(.+)$ ]]; then
    option=\${BASH_REMATCH[1]} prefix=$option cur=\${BASH_REMATCH[2]}
  elif [[ $prev == -* ]]; then
    option=$prev
  fi
  # Of joined letters only the last can take a value.
  [[ $option =~ ^$joined$ ]] && option=-\${option: -1}

  case $program:$option in
${
    [...programs, { ...page, name: "" }].map(({ name, table }) =>
      completed(table).map((option) => valueCase(name, option)).join("")
    ).join("")
  }  esac

  case $value in
    words) ;;
    none) return 0 ;;
    file | folder)
      if [[ -n $prefix ]]; then
        [[ $value == file ]] && value=-f || value=-d
        local IFS=$'\\n'
        COMPREPLY=($(compgen -P "$prefix" "$value" -- "$cur"))
        compopt -o filenames
      elif [[ $value == file ]]; then
        compopt -o default
      else
        compopt -o dirnames
      fi
      return 0
      ;;
    *)
      case $program in
        ${alternatives(takesFile)})
          if [[ $cur != -* ]]; then
            compopt -o default
            return 0
          fi
          ;;
      esac
      if [[ -z $cur ]]; then
        words=("\${long[@]}" --)
      else
        words=("\${all[@]}" --)
      fi
      ((COMP_CWORD == 1)) && words+=(${list(names)})
      ;;
  esac
  for word in "\${words[@]}"; do
    [[ $word == "$cur"* ]] || continue
    printf -v word %q "$word"
    COMPREPLY+=("$prefix$word")
  done
  return 0
}
complete -F ${name} ${shellWord(page.name)}
`;
}

/** Words as a shell reads them. */
function list(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A pattern of `case` that matches each word; without a word it never does. */
function alternatives(words: readonly string[]): string {
  return words.length === 0 ? "/" : words.map(shellWord).join(" | ");
}

/** The options of one program. */
function programCase(
  { name, table }: Pick<CompletionProgram, "name" | "table">,
): string {
  const options = completed(table);
  const long = options.map(({ spellings: [long] }) => long);
  const all = options.flatMap(({ spellings }) => [...spellings]);
  return `    ${shellWord(name)})
      long=(${list(long)})
      all=(${list(all)})
      joined=${shellWord(cluster(options))}
      ;;
`;
}

/** How the value of one option is completed. */
function valueCase(program: string, { spellings, kind }: Completed): string {
  if (kind === null) return "";
  const pattern = spellings.map((each) => `${program}:${each}`).join(" | ");
  if (kind.words === undefined) {
    return `    ${pattern}) value=${kind.completes ?? "none"} ;;\n`;
  }
  return `    ${pattern}) value=words words=(${list(kind.words)}) ;;\n`;
}

/** A pattern of joined letters, the last of which takes a value. */
function cluster(options: readonly Completed[]): string {
  const letters = (isFlag: boolean) =>
    options.filter(({ kind }) => (kind === null) === isFlag)
      .map(({ spellings }) => spellings[1]?.slice(1) ?? "").join("");
  const flags = letters(true);
  const valued = letters(false);
  // Without such letters, a pattern that never matches.
  if (valued === "") return "$^";
  return `-${flags && `[${flags}]*`}[${valued}]`;
}
