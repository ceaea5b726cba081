import { describe, expect, it } from "vitest";
import { readOutboundProxies } from "../../../server/providers/outbound-proxies.js";

describe("readOutboundProxies()", () => {
  it("takes small letters first, and an empty one for none", () => {
    const named = { https_proxy: "http://a:1", HTTPS_PROXY: "http://b:1", no_proxy: "c", NO_PROXY: "d" };
    expect(readOutboundProxies(named)).toEqual({ httpsProxy: "http://a:1", httpProxy: undefined, noProxy: "c" });
    expect(readOutboundProxies({ http_proxy: "", HTTP_PROXY: "HTTP://e" })).toEqual({
      ...{ httpsProxy: undefined, httpProxy: "HTTP://e", noProxy: "" },
    });
    expect(readOutboundProxies({ HTTPS_PROXY: "", NO_PROXY: "d" })).toBeUndefined();
  });

  it.each(["socks5://me:hush@127.0.0.1:1080", "hush:3128", "http://", "http://me:hush@a b"])("refuses %s", (wrong) => {
    const read = () => readOutboundProxies({ http_proxy: wrong });
    expect(read).toThrow("http_proxy is not the address of an HTTP proxy: write it as http://proxy.example:3128");
    expect(read).not.toThrow("hush");
  });
});
