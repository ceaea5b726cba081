// The reference: node:http in, undici out, the body collected, nothing else.
import { createServer } from "node:http";
import { Pool } from "undici";

const pool = new Pool(process.env.UPSTREAM, { headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });

const server = createServer({ noDelay: true, requestTimeout: 0 }, (request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const headers = { "content-type": request.headers["content-type"], authorization: "Bearer upstream" };
    let upstream;
    response.once("close", () => {
      if (!response.writableFinished) upstream?.abort(new Error("the client hung up"));
    });
    pool.dispatch(
      { path: request.url, method: "POST", headers, body: Buffer.concat(chunks) },
      {
        onRequestStart(controller) {
          upstream = controller;
        },
        onResponseStart(controller, status, headers) {
          delete headers.connection;
          delete headers["keep-alive"];
          delete headers["transfer-encoding"];
          response.writeHead(status, headers);
          response.on("drain", () => controller.resume());
        },
        onResponseData(controller, chunk) {
          if (!response.write(chunk)) controller.pause();
        },
        onResponseEnd() {
          response.end();
        },
        onResponseError() {
          if (!response.headersSent) response.writeHead(502);
          response.end();
        },
      },
    );
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
