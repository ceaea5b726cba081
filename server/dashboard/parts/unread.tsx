export interface UnreadProps {
  readonly what: string;
  /** Why it could not be read; undefined: it could. */
  readonly error: string | undefined;
}

/** Says that what an input would propose is not there; one can still type it. */
export function Unread({ what, error }: UnreadProps) {
  if (error === undefined) return null;
  return (
    <p class="unsure" role="status">
      Cannot list {what}: {error}
    </p>
  );
}
