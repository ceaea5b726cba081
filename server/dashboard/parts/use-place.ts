import { useEffect, useState } from "preact/hooks";

/** Where in the dashboard: `#/decisions/dec_1?rule=code`. It stands after the `#`, which browsers never send. */
export interface Place {
  /** `["decisions", "dec_1"]`; the overview is empty. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const look = () => setPlace(readPlace());
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return place;
}

/** An address inside the dashboard. */
export function linkTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

function readPlace(): Place {
  const [path = "", search = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return {
    path: path
      .split("/")
      .filter((part) => part !== "")
      .map(decode),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
