import { Command } from "commander";
import { KeyStore } from "../../server/keys/key-store.js";
import { formatLimits } from "../../server/keys/limits.js";
import { limitsOfSubject } from "../../server/keys/limits-of-subject.js";
import { readLimits } from "../../server/keys/read-key-settings.js";
import { appSubject, describeSubject, tenantSubject } from "../../server/keys/subject.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { addLimitOptions, type LimitOptions, limitsFromFlags } from "../keys/limits-from-flags.js";
import { readSettings } from "../keys/option-places.js";
import { databaseOption, withDatabase, withExistingDatabase } from "../open-cli-database.js";
import { printTable } from "../print-table.js";
import { writeJson } from "../write-json.js";

interface SubjectOptions {
  readonly database: string;
  readonly tenant?: string;
  readonly app?: string;
}

/** `policy limits`: budgets and limits of tenants and apps, which all their keys share. */
export function limitsCommand(): Command {
  const limits = new Command("limits");
  limits.addCommand(
    addLimitOptions(withSubject(new Command("set").description("set all limits of a tenant or an app"))).action(
      async (own: SubjectOptions & LimitOptions, self: Command) => {
        const { database, tenant, app, ...flags } = own;
        const subject = subjectOf(tenant, app);
        const read = readSettings("limits", () => readLimits(limitsFromFlags(flags)));
        if (Object.keys(read).length === 0) {
          throw new CommandFailure(2, "policy limits: say a limit, as in --budget 500/month; `remove` takes them away");
        }
        await withDatabase(database, (opened) => new KeyStore(opened).setLimits(subject, read));
        if (globalOptions(self).json) writeJson(limitsOfSubject(subject, read));
      },
    ),
  );
  limits.addCommand(
    withSubject(new Command("remove").description("take away all limits of a tenant or an app")).action(
      async ({ database, tenant, app }: SubjectOptions, self: Command) => {
        const subject = subjectOf(tenant, app);
        await withExistingDatabase(database, async (opened) => {
          const store = new KeyStore(opened);
          if (!(await subjectsWithLimits(store)).some((one) => one.subject === subject)) {
            throw new CommandFailure(1, `policy limits: ${describeSubject(subject)} has no limits`);
          }
          await store.setLimits(subject, undefined);
        });
        if (globalOptions(self).json) writeJson(limitsOfSubject(subject, {}));
      },
    ),
  );
  limits.addCommand(
    new Command("list")
      .description("list the limits of tenants and apps")
      .addOption(databaseOption())
      .action(async ({ database }: { database: string }, self: Command) => {
        const set = await withExistingDatabase(database, (opened) => subjectsWithLimits(new KeyStore(opened)));
        if (globalOptions(self).json) {
          writeJson({ limits: set.map(({ subject, limits: one }) => limitsOfSubject(subject, one)) });
        } else {
          const rows = set.map(({ subject, limits: one }) => [describeSubject(subject), formatLimits(one)]);
          process.stdout.write(printTable([["OF", "LIMITS"], ...rows]));
        }
      }),
  );
  return limits;
}

async function subjectsWithLimits(store: KeyStore) {
  const { limits } = await store.changesSince(0); // those that were taken away are kept, empty
  return limits.filter(({ limits: one }) => formatLimits(one) !== "");
}

function withSubject(command: Command): Command {
  return command
    .addOption(databaseOption())
    .option("--tenant <tenant>", "the tenant")
    .option("--app <app>", "the app, of that tenant if one is named");
}

function subjectOf(tenant: string | undefined, app: string | undefined) {
  if (app !== undefined) return appSubject(tenant, app);
  if (tenant === undefined) throw new CommandFailure(2, "policy limits: name --tenant, --app, or both");
  return tenantSubject(tenant);
}
