import { describe, expect, it } from "vitest";
import { isTimeZone, localTime } from "../../../engine/conditions/local-time.js";

const at = (text: string, zone: string) => {
  const { weekday, minute } = localTime(Date.parse(text), zone);
  const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return `${["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][weekday]} ${clock}`;
};

describe("localTime()", () => {
  it("reads weekday and minute in the zone, not in UTC", () => {
    expect(at("2026-11-24T23:30:00Z", "UTC")).toBe("Tue 23:30");
    expect(at("2026-11-24T23:30:00Z", "Europe/Berlin")).toBe("Wed 00:30");
    expect(at("2026-11-24T23:30:00Z", "America/New_York")).toBe("Tue 18:30");
    expect(at("2026-11-24T23:30:00Z", "Asia/Kolkata")).toBe("Wed 05:00");
  });

  it("gives midnight as minute 0", () => {
    expect(localTime(Date.parse("2026-11-24T00:00:59.999Z"), "UTC")).toEqual({ weekday: 2, minute: 0 });
    expect(localTime(Date.parse("2026-11-23T23:59:59.999Z"), "UTC")).toEqual({ weekday: 1, minute: 1439 });
  });

  it("skips the hour that spring leaves out", () => {
    expect(at("2026-03-29T00:59:00Z", "Europe/Berlin")).toBe("Sun 01:59");
    expect(at("2026-03-29T01:00:00Z", "Europe/Berlin")).toBe("Sun 03:00");
    expect(at("2026-03-08T07:00:00Z", "America/New_York")).toBe("Sun 03:00");
  });

  it("repeats the hour that autumn adds", () => {
    expect(at("2026-10-25T00:30:00Z", "Europe/Berlin")).toBe("Sun 02:30");
    expect(at("2026-10-25T01:30:00Z", "Europe/Berlin")).toBe("Sun 02:30");
    expect(at("2026-10-25T02:30:00Z", "Europe/Berlin")).toBe("Sun 03:30");
  });

  it("follows a zone that moves by half an hour", () => {
    expect(at("2026-04-04T14:59:00Z", "Australia/Lord_Howe")).toBe("Sun 01:59");
    expect(at("2026-04-04T15:00:00Z", "Australia/Lord_Howe")).toBe("Sun 01:30");
  });

  it("answers alike whether asked before or not", () => {
    const first = localTime(Date.parse("2026-11-24T10:00:01Z"), "Europe/Berlin");
    expect(localTime(Date.parse("2026-11-24T10:00:59Z"), "Europe/Berlin")).toBe(first); // Kept, not worked out again.
    localTime(0, "Europe/Berlin");
    expect(localTime(Date.parse("2026-11-24T10:00:59Z"), "Europe/Berlin")).toEqual(first);
  });

  it("throws for a time that no `Date` can hold", () => {
    expect(() => localTime(Number.NaN, "UTC")).toThrow(RangeError);
  });
});

describe("isTimeZone()", () => {
  it("knows IANA zones, and nothing else", () => {
    for (const zone of ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"]) expect(isTimeZone(zone)).toBe(true);
    for (const zone of ["", "Berlin", "Europe/Berln", "CET/CEST", "GMT+25"]) expect(isTimeZone(zone)).toBe(false);
  });
});
