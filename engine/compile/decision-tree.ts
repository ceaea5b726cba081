/** Placeholder shape; engine/compile owns it. */
export interface DecisionTree {
  readonly nodeCount: number;
}
