declare module "logic-solver" {
  type Formula = unknown;
  const Logic: {
    readonly TRUE: string;
    readonly FALSE: string;
    readonly Solver: new () => {
      require(...formulas: Formula[]): void;
      forbid(...formulas: Formula[]): void;
      solveAssuming(formula: Formula): object | null;
    };
    and(...formulas: Formula[]): Formula;
    or(...formulas: Formula[]): Formula;
    not(formula: Formula): Formula;
    implies(one: Formula, other: Formula): Formula;
    atMostOne(...formulas: Formula[]): Formula;
  };
  export default Logic;
}
