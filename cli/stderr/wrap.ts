/**
 * A sentence in lines of at most `columns`, the first after a mark and the
 * others beneath it.
 */
export function wrap(sentence: string, columns = 80): string {
  const lines: string[] = [];
  let line = "->";
  for (const word of sentence.split(" ")) {
    if (line.length + 1 + word.length > columns && line.trim() !== "") {
      lines.push(line);
      line = "  ";
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}
