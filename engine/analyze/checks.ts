import type { Check } from "./check-context.js";
import { actsOnAbsence } from "./checks/acts-on-absence.js";
import { alwaysDenied } from "./checks/always-denied.js";
import { blanksInValues } from "./checks/blanks-in-values.js";
import { candidatesThatNeverServe } from "./checks/candidates-that-never-serve.js";
import { emptySelections } from "./checks/empty-selections.js";
import { impossibleConditions } from "./checks/impossible-conditions.js";
import { misspeltModels } from "./checks/misspelt-models.js";
import { neverDecides } from "./checks/never-decides.js";
import { overlappingRules } from "./checks/overlapping-rules.js";
import { patternsAsValues } from "./checks/patterns-as-values.js";
import { requestsWithoutCandidate } from "./checks/requests-without-candidate.js";
import { shortModelNames } from "./checks/short-model-names.js";
import { singleProviderRoutes } from "./checks/single-provider-routes.js";
import { undecided } from "./checks/undecided.js";
import { unmeetableRequirements } from "./checks/unmeetable-requirements.js";
import { unusedPools } from "./checks/unused-pools.js";

/** Everything that `policy check` asks of a sound policy. A new check is one file and one line here. */
export const checks: readonly Check[] = [
  neverDecides,
  alwaysDenied,
  impossibleConditions,
  actsOnAbsence,
  overlappingRules,
  candidatesThatNeverServe,
  emptySelections,
  requestsWithoutCandidate,
  unmeetableRequirements,
  singleProviderRoutes,
  unusedPools,
  shortModelNames,
  patternsAsValues,
  misspeltModels,
  blanksInValues,
  undecided,
];
