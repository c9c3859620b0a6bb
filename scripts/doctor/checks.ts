/** All checks of a run, in an order in which the cause comes before what follows from it. */
import { bucketChecks } from "./buckets.ts";
import type { Check } from "./check.ts";
import { connectionChecks } from "./connection.ts";
import { connectionToDatabase, databaseChecks } from "./database.ts";
import { environmentChecks } from "./environment.ts";
import { examine } from "./examination.ts";
import type { Expected } from "./expected.ts";
import { frontChecks } from "./fronts.ts";
import { functionChecks } from "./functions.ts";
import { keyChecks } from "./keys.ts";
import { roundTripChecks, tidyUp } from "./round_trip.ts";
import { scheduleChecks } from "./schedule.ts";
import { strangerChecks } from "./strangers.ts";
import type { Options } from "./target.ts";
import { versionCheck } from "./versions.ts";

export function checksFor(
  { target, roundTrip }: Pick<Options, "target" | "roundTrip">,
  expected: Expected,
): Check[] {
  const environment = environmentChecks(expected, target);
  if (target === null) return environment;
  const examination = examine(target, expected);
  const [publishable, secret, ...afterFunctions] = keyChecks(examination);
  return [
    ...environment,
    ...connectionChecks(examination),
    ...[publishable, secret].filter((check) => check !== undefined),
    versionCheck(examination),
    connectionToDatabase(examination),
    ...functionChecks(examination),
    ...afterFunctions,
    ...databaseChecks(examination),
    ...bucketChecks(examination),
    ...scheduleChecks(examination),
    ...(roundTrip
      ? [
        ...roundTripChecks(examination),
        ...strangerChecks(examination),
        ...frontChecks(examination),
        tidyUp(examination),
      ]
      : []),
  ];
}
