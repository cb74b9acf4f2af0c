import { createProgram } from "../../packages/cli/src/program.ts";
import { GENERATED, page } from "./markdown.ts";

type Command = ReturnType<typeof createProgram>;

const HELP_WIDTH = 96;

export function cliPage(): string {
  const program = createProgram(() => undefined);
  return page(
    "# The command line",
    GENERATED,
    "In this repository `npm run farthing -- …` runs it, and `npm start` is `farthing start`. What follows is what `--help` says.",
    helpOf(program),
    ...program.commands
      .flatMap(leavesOf)
      .map((command) => `## ${nameOf(command)}\n\n${helpOf(command)}`),
  );
}

/** The commands that do something: `keys` alone only names others. */
function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({
    getOutHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
    writeOut: (text) => void written.push(text),
  });
  command.outputHelp();
  return `\`\`\`text\n${written.join("").trimEnd()}\n\`\`\``;
}
