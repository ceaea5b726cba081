/** Strong Kleene logic: true, false, or undefined for unknown (a fact it depends on is absent). */
export type Truth = boolean | undefined;
