import {
  type Completed,
  completed,
  type CompletionPage,
  type CompletionProgram,
  functionName,
} from "./completions.ts";
import { shellWord } from "../../src/text_safety.ts";

/** The completion script for zsh, to be sourced or put into `fpath`. */
export function zshCompletions(page: CompletionPage): string {
  const name = functionName(page.name);
  const { programs = [] } = page;
  const names = programs.map((program) => shellWord(program.name));
  const isProgram = names.length === 0
    ? "false"
    : `[[ $words[2] == (${names.join("|")}) ]]`;
  return `#compdef ${page.name}
# Completions of ${page.name} for zsh. In ~/.zshrc:
#   autoload -Uz compinit && compinit
#   source <(${page.name} --completions zsh)
# or, in place of the second line, this text as the file _${page.name} in a
# folder of $fpath.
${name}() {
  local program=
  if ((CURRENT > 2)) && ${isProgram}; then
    program=$words[2]
    shift words
    ((CURRENT -= 1))
  fi
  # After the first -- is another command: it is completed as it is alone.
  local -i border=\${words[(i)--]}
  if ((border < CURRENT)); then
    case $program in
      ${
    programs.filter(({ takesFile }) => takesFile).map(({ name }) =>
      shellWord(name)
    ).join(" | ") || "/"
  }) _files; return ;;
    esac
    shift $border words
    ((CURRENT -= border))
    _normal
    return
  fi
  # A subcommand is the first word.
  local -a first=()
  ((CURRENT == 2)) && first=(${firstWord(programs)})
  case $program in
${[...programs, { ...page, name: "" }].map(programCase).join("")}  esac
}
if [[ $funcstack[1] == ${shellWord(`_${page.name}`)} ]]; then
  ${name} "$@"
elif (( ! $+functions[compdef] )); then
  print -ru2 -- ${
    shellWord(
      `${page.name}: Cannot complete as compinit was not run: put ` +
        "'autoload -Uz compinit && compinit' in front",
    )
  }
else
  compdef ${name} ${shellWord(page.name)}
fi
`;
}

function programCase(program: Omit<CompletionProgram, "about">): string {
  const { name, table, takesFile } = program;
  const specs = completed(table).flatMap(specsOf);
  if (takesFile) specs.push("*:file:_files");
  const lines = specs.map((spec) => `        ${shellWord(spec)}`);
  return `    ${shellWord(name)})
      _arguments -s : $first \\
${lines.join(" \\\n")}
      ;;
`;
}

/** The argument of `_arguments` for a subcommand, with what each does. */
function firstWord(programs: readonly CompletionProgram[]): string {
  if (programs.length === 0) return "";
  const words = programs.map(({ name, about }) =>
    `${escaped(name)}\\:${quotedAbout(about)}`
  );
  return shellWord(`1::subcommand:((${words.join(" ")}))`);
}

function quotedAbout(about: string): string {
  return `"${escaped(about).replaceAll(/["$`\\]/g, "\\$&")}"`;
}

/** The arguments of `_arguments` for an option, one for each spelling. */
function specsOf({ spellings, help, kind, isRepeated }: Completed): string[] {
  const [long, short] = spellings;
  // After one spelling none is offered again, unless it can be repeated.
  const once = isRepeated ? "*" : `(${spellings.join(" ")})`;
  const value = kind === null ? "" : valueOf(kind);
  const says = `[${escaped(help)}]${value}`;
  const specs = [`${once}${long}${kind === null ? "" : "="}${says}`];
  if (short !== undefined) {
    specs.push(`${once}${short}${kind === null ? "" : "+"}${says}`);
  }
  return specs;
}

function valueOf(kind: NonNullable<Completed["kind"]>): string {
  return `:${escaped(kind.placeholder)}:${action(kind)}`;
}

function action(
  { words, completes }: NonNullable<Completed["kind"]>,
): string {
  if (words !== undefined) {
    const list = words.map((word) =>
      escaped(word).replaceAll(/[\s()"'$\`]/g, "\\$&")
    );
    return `(${list.join(" ")})`;
  }
  if (completes === "file") return "_files";
  // A single space shows the placeholder and offers nothing.
  return completes === "folder" ? "_files -/" : " ";
}

/** Text that `_arguments` does not read as syntax. */
function escaped(text: string): string {
  return text.replaceAll(/[\\\[\]:]/g, "\\$&");
}
