/** One file of a policy set. `name` is its path relative to the policy directory, with `/`: `teams/search.yaml`. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}
