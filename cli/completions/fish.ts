import {
  type Completed,
  completed,
  type CompletionPage,
  functionName,
} from "./completions.ts";

/** The completion script for fish 3.0 and later. */
export function fishCompletions(page: CompletionPage): string {
  const { programs = [] } = page;
  const command = `_${functionName(page.name)}_command`;
  const runs = `_${functionName(page.name)}_runs`;
  const name = quoted(page.name);
  const files = programs.filter(({ takesFile }) => takesFile);
  const lines = [...programs, { ...page, name: "" }].flatMap((program) =>
    completed(program.table).map((option) =>
      `complete -c ${name} -n ${quoted(`${runs} ${quoted(program.name)}`)} ${
        described(option)
      }\n`
    )
  );
  const words = programs.map((program) =>
    `complete -c ${name} -n '${command}_is_first' -a ${
      quoted(quoted(program.name))
    } -d ${quoted(program.about)}\n`
  );
  const fileLines = files.map((program) =>
    `complete -c ${name} -n ${
      quoted(`${runs} ${quoted(program.name)} --too`)
    } -F\n`
  );
  return `# Completions of ${page.name} for fish:
#   ${page.name} --completions fish > ~/.config/fish/completions/${page.name}.fish

# The command line after the first --, or false if there is none.
function ${command}
    set -l words (commandline -opc)
    set -l border (contains -i -- -- $words)
    or return
    contains -- "$words[2]" ${files.map((each) => quoted(each.name)).join(" ")}
    and return 1
    set -e words[1..$border]
    string join ' ' -- (string escape -- $words) (commandline -ct)
    # Of a single word, string join says that it joined nothing.
    return 0
end

# Whether the word at the cursor is the first.
function ${command}_is_first
    test (count (commandline -opc)) -eq 1
end

# Whether an option of the program $argv[1] can stand here; '' is the one without
# a subcommand. With a second word also behind --, where files are.
function ${runs}
    set -l words (commandline -opc)
    set -l program ''
    contains -- "$words[2]" ${
    programs.map((each) => quoted(each.name)).join(" ")
  }
    and set program $words[2]
    test "$program" = "$argv[1]"
    or return
    test (count $argv) -gt 1
    or not contains -- -- $words
end

complete -c ${name} -f
# After the first -- is another command: it is completed as it is alone.
complete -c ${name} -n '${command} >/dev/null' -a '(complete -C (${command}))'
complete -c ${name} -n 'not contains -- -- (commandline -opc)' -a '--' -d 'a command follows'
${words.join("")}${fileLines.join("")}${lines.join("")}`;
}

function described({ spellings, help, kind }: Completed): string {
  const [long, short] = spellings;
  const letter = short === undefined ? "" : `-s ${short.slice(1)} `;
  const value = kind === null ? "" : `${valueOf(kind, help)} `;
  return `-l ${long.slice(2)} ${letter}${value}-d ${quoted(help)}`;
}

function valueOf(
  { words, completes }: NonNullable<Completed["kind"]>,
  help: string,
): string {
  // fish reads the value of -a as a command line: each word is quoted for that.
  // A word without a text of its own would get that of the option.
  if (words !== undefined) {
    const list = words.map((word) =>
      `${quoted(word)}\\t${quoted(meaningOf(word, help))}`
    );
    return `-x -a ${quoted(list.join(" "))}`;
  }
  if (completes === "file") return "-r -F";
  return completes === "folder"
    ? "-x -a '(__fish_complete_directories)'"
    : "-x";
}

/** What a help text says of one word, as in `hex: as hexdump; raw: unchanged`. */
function meaningOf(word: string, help: string): string {
  const part = help.split("; ").find((part) => part.startsWith(`${word}: `));
  return part?.slice(word.length + 2) ?? "";
}

/** A word in single quotes of fish. */
function quoted(word: string): string {
  return `'${word.replaceAll(/[\\']/g, "\\$&")}'`;
}
