const signs = {
  matched: { sign: "✓", tone: "good", says: "matched" },
  false: { sign: "✗", tone: "bad", says: "did not match" },
  unknown: { sign: "?", tone: "unsure", says: "unknown" },
  deny: { sign: "⊘", tone: "bad", says: "refuses" },
  require: { sign: "!", tone: "good", says: "requires" },
} as const;

/** What came of a rule, as a sign with words for those who cannot see it. */
export function Glyph({ sign }: { readonly sign: keyof typeof signs }) {
  const { sign: text, tone, says } = signs[sign];
  return (
    <span class={`glyph ${tone}`} role="img" aria-label={says} title={says}>
      {text}
    </span>
  );
}
