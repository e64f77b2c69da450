import {
  type Completed,
  completed,
  type CompletionPage,
  functionName,
} from "./page.ts";
import { shellWord } from "../../src/shell_word.ts";

/** The completion script for bash 4.0 and later, also without bash-completion. */
export function bashCompletions(page: CompletionPage): string {
  const options = completed(page);
  const name = functionName(page.name);
  const list = (words: readonly string[]) => words.map(shellWord).join(" ");
  const long = options.map(({ spellings: [long] }) => long);
  const all = options.flatMap(({ spellings }) => [...spellings]);
  return `# Completions of ${page.name} for bash. In ~/.bashrc:
#   source <(${page.name} --completions bash)
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prefix= option= value= word at
  local prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local -a words=()
  COMPREPLY=()

  # After the first -- is another command: it is completed as it is alone.
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} == -- && \${COMP_WORDS[at - 1]} != = ]] || continue
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

  # bash takes --name=value apart at the =, unless COMP_WORDBREAKS lacks it.
  if [[ $cur == = ]]; then
    option=$prev value=none cur=
  elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then
    option=\${COMP_WORDS[COMP_CWORD - 2]} value=none
  elif [[ $cur == --*=* ]]; then
    option=\${cur%%=*} value=none prefix=\${cur%%=*}= cur=\${cur#*=}
  elif [[ $cur =~ ^(${cluster(options)})(.+)$ ]]; then
    option=\${BASH_REMATCH[1]} prefix=$option cur=\${BASH_REMATCH[2]}
  elif [[ $prev == -* ]]; then
    option=$prev
  fi
  # Of joined letters only the last can take a value.
  [[ $option =~ ^${cluster(options)}$ ]] && option=-\${option: -1}

  case $option in
${options.map(valueCase).join("")}  esac

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
      if [[ -z $cur ]]; then
        words=(${list([...long, "--"])})
      else
        words=(${list([...all, "--"])})
      fi
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

/** How the value of one option is completed. */
function valueCase({ spellings, kind }: Completed): string {
  if (kind === null) return "";
  const pattern = spellings.join(" | ");
  if (kind.words === undefined) {
    return `    ${pattern}) value=${kind.completes ?? "none"} ;;\n`;
  }
  const words = kind.words.map(shellWord).join(" ");
  return `    ${pattern}) value=words words=(${words}) ;;\n`;
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
