import { Command, Option } from "commander";

const ROLES = ["all", "api", "worker"];

/** Every token scope there is; the server has the last word. */
const SCOPES = ["billing:read", "billing:write", "usage:write", "admin"];

/** How money moves where something takes effect now; the server has the last word. */
const NOW_POLICIES = ["now_prorated", "now_full", "now_without"];

/** The languages of webhooks; the server has the last word. */
const DIALECTS = ["native", "metered"];

/**
 * The commands. Each is loaded when it is run, so that none waits for what another one needs.
 * `finish` is told the exit code.
 */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command("farthing")
    .description(
      "Billing that you run yourself: plans, usage, invoices, and why they say what they say.",
    )
    // Subcommands take this over: what is wrong with the arguments is thrown, and not an exit.
    .exitOverride()
    .showHelpAfterError("(farthing --help says more)")
    .version("0.1.0");
  addServerCommands(program, finish);
  addBillingCommands(program, finish);
  addPlanCommands(program, finish);
  addProjectCommands(program, finish);
  addKeyCommands(program, finish);
  return program;
}

type Finish = (exitCode: number) => void;

function addServerCommands(program: Command, finish: Finish): void {
  program
    .command("start")
    .description("start the server: database, API, pages and jobs in one process")
    .addOption(
      new Option(
        "--role <role>",
        "what this process does, where several share a DATABASE_URL",
      ).choices(ROLES),
    )
    .action(async (flags) => {
      const { start } = await import("./commands/start.ts");
      finish(await start(flags));
    });

  program
    .command("backup")
    .description("write everything into one file, while the server works")
    .argument("<file>", "where nothing is yet")
    .option("--with-secrets", "also the key and the tokens of the data directory")
    .option("--json", "print the figures as JSON")
    .action(async (file, flags) => {
      const { backup } = await import("./commands/backup.ts");
      finish(await backup(file, flags));
    });

  program
    .command("restore")
    .description("bring a backup back into an empty database, and verify it")
    .argument("<file>", "what `farthing backup` wrote")
    .option("--replace", "throw away what is there")
    .option("--json", "print the figures as JSON")
    .addHelpText(
      "after",
      "\nStop every server on that database first. Exits with 1 when something does not hold.",
    )
    .action(async (file, flags) => {
      const { restore } = await import("./commands/restore.ts");
      finish(await restore(file, flags));
    });

  remote(program.command("demo"))
    .description("sell, meter, bill and explain, first a shipping plan, then real flights")
    .option(
      "--flights <file.jsonl>",
      "rows of date, distance and origin; 20,000 flights if not given",
    )
    .option("--json", "print the figures as JSON")
    .addHelpText(
      "after",
      "\nWithout --url it starts a server of its own and throws it away afterwards.",
    )
    .action(async (flags) => {
      const { demo } = await import("./commands/demo.ts");
      finish(await demo(flags));
    });
}

function addBillingCommands(program: Command, finish: Finish): void {
  const clock = program
    .command("clock")
    .description("time travel, for customers with a test clock");
  remote(clock.command("advance"))
    .description("move a customer's clock forward, living through everything on the way")
    .argument("<customer>", "cus_… or your own id for the customer")
    .requiredOption("--to <instant>", "such as 2026-03-01 or 2026-03-01T09:30:00Z")
    .option("--json", "print the answer as JSON")
    .action(async (customer, flags) => {
      const { clockAdvance } = await import("./commands/clock-advance.ts");
      finish(await clockAdvance(customer, flags));
    });

  remote(program.command("explain"))
    .description("show how an invoice line came about, computed again from its events")
    .argument("<invoice>", "inv_…")
    .argument("<line>", "the line's number, from 1")
    .option("--events", "list the usage events behind the line")
    .option("--json", "print the explanation as JSON")
    .addHelpText("after", "\nExits with 1 when the line does not hold.")
    .action(async (invoice, line, flags) => {
      const { explain } = await import("./commands/explain.ts");
      finish(await explain(invoice, line, flags));
    });

  remote(program.command("verify"))
    .description("prove that counters, invoices, books and event log agree, and name what does not")
    .option(
      "--database",
      "every project, of the database that DATABASE_URL or FARTHING_DATA_DIR name",
    )
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      "\nReads only, while the server works. Exits with 0 when all holds, 1 when something does not,\n2 when it could not be verified.",
    )
    .action(async (flags) => {
      const { verify } = await import("./commands/verify.ts");
      finish(await verify(flags));
    });

  remote(program.command("listen"))
    .description("forward what happens to a local address, signed like a webhook")
    .requiredOption("--forward-to <url>", "such as http://localhost:3000/hooks")
    .option("--types <types>", "events of these types only, separated by commas")
    .addOption(new Option("--dialect <name>", "in whose words").choices(DIALECTS).default("native"))
    .option("--secret <whsec>", "what to sign with; a new secret, which is shown, if not given")
    .option("--after <number>", "begin after this event; with what happens next if not given")
    .addHelpText(
      "after",
      "\nIt reads the event log, so nothing is missed while the server restarts. Ctrl-C stops it.",
    )
    .action(async (flags) => {
      const { listen } = await import("./commands/listen.ts");
      finish(await listen(flags));
    });

  const usage = program.command("usage").description("metered usage");
  remote(usage.command("import"))
    .description("record usage from a file; safe to run again")
    .argument("<file>", "FILE.jsonl or FILE.csv, or either with .gz")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", "\nExits with 1 when rows were rejected; FILE.rejects.jsonl says why.")
    .action(async (file, flags) => {
      const { usageImport } = await import("./commands/usage-import.ts");
      finish(await usageImport(file, flags));
    });
}

function addPlanCommands(program: Command, finish: Finish): void {
  const plan = program.command("plan").description("plans and who has them");
  const load = () => import("./commands/plan-migrate.ts");

  remote(plan.command("migrate"))
    .description(
      "move subscribers to another version of their plan, after showing what it comes to",
    )
    .argument("<plan>", "plan_…")
    .option("--from <version>", "the version that they leave; every older one if not given")
    .option("--to <version>", "the newest if not given")
    .option("--now", "at once, and not with each one's next period")
    .addOption(new Option("--policy <policy>", "with --now: how money moves").choices(NOW_POLICIES))
    .option("--only <ids>", "customers and subscriptions, separated by commas; all if not given")
    .option("--except <ids>", "customers and subscriptions that stay as they are")
    .option("--yes", "do not ask")
    .option("--json", "print what it comes to, of every subscription, as JSON")
    .addHelpText(
      "after",
      "\nThe server moves them; to look again, or to go on with a draft: farthing plan migration.\nExits with 1 when some ran into a defect.",
    )
    .action(async (id, flags) => finish(await (await load()).planMigrate(id, flags)));

  remote(plan.command("migration"))
    .description("take up a migration where it is: show, start, resume or watch it")
    .argument("<migration>", "mig_…")
    .addOption(new Option("--pause", "move no more for now").conflicts("undo"))
    .option("--undo", "return what was moved, as far as it was not billed")
    .option("--yes", "do not ask")
    .option("--json", "print it as JSON")
    .action(async (id, flags) => finish(await (await load()).planMigration(id, flags)));
}

function addProjectCommands(program: Command, finish: Finish): void {
  const project = program.command("project").description("settings of the side that a token opens");
  const load = () => import("./commands/project.ts");

  remote(project.command("show"))
    .description("show the settings")
    .option("--json", "print them as JSON")
    .action(async (flags) => finish(await (await load()).projectShow(flags)));

  remote(project.command("set"))
    .description("change the settings")
    .option("--retry-days <days>", "when a failed charge is tried again: 1,3,5,7, or none")
    .option(
      "--return-origins <origins>",
      "where payers may be sent back to: https://shop.example,https://app.example, or none",
    )
    .option("--json", "print the answer as JSON")
    .action(async (flags) => finish(await (await load()).projectSet(flags)));

  remote(program.command("reconcile"))
    .description("compare the payment provider's journal with the ledger")
    .option("--from <instant>", "such as 2026-03-01; since the one before if not given")
    .option("--to <instant>", "up to ten minutes ago if not given")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", "\nExits with 1 when they differ.")
    .action(async (flags) => {
      const { reconcile } = await import("./commands/reconcile.ts");
      finish(await reconcile(flags));
    });
}

function addKeyCommands(program: Command, finish: Finish): void {
  const keys = program.command("keys").description("access tokens of the API");
  const load = () => import("./commands/keys.ts");

  remote(keys.command("create"))
    .description("make an access token; it is shown once")
    .argument("<name>", "what it is for")
    .addOption(
      new Option("--scope <scope...>", "what it may do")
        .choices(SCOPES)
        .default(["billing:read", "billing:write", "usage:write"]),
    )
    .option("--expires <instant>", "such as 2027-01-01, when it stops working; never if not given")
    .option("--json", "print the answer as JSON")
    .action(async (name, flags) => finish(await (await load()).keysCreate(name, flags)));

  remote(keys.command("list"))
    .description("list the access tokens, newest first")
    .option("--json", "print them as JSON")
    .action(async (flags) => finish(await (await load()).keysList(flags)));

  remote(keys.command("rotate"))
    .description("replace an access token; both work for a while")
    .argument("<id>", "tok_…")
    .option("--overlap <seconds>", "how long the old one still works; a day if not given")
    .option("--json", "print the answer as JSON")
    .action(async (id, flags) => finish(await (await load()).keysRotate(id, flags)));

  remote(keys.command("revoke"))
    .description("take an access token back, at once and for ever")
    .argument("<id>", "tok_…")
    .option("--yes", "do not ask")
    .option("--json", "print the answer as JSON")
    .action(async (id, flags) => finish(await (await load()).keysRevoke(id, flags)));
}

/** The flags of every command that asks a server. */
function remote(command: Command): Command {
  return command
    .option("--url <url>", "the server (FARTHING_URL; http://127.0.0.1:4242 if not given)")
    .option(
      "--token <token>",
      "an access token (FARTHING_TOKEN; a local server's test key if not given)",
    );
}
