// What is often built first: Express 5 with express.json(), the body written anew.
import express from "express";
import { Pool } from "undici";

const pool = new Pool(process.env.UPSTREAM, { headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
const app = express();
app.use(express.json({ limit: "32mb" }));
app.post("/v1/chat/completions", (request, response) => {
  const headers = { "content-type": "application/json", authorization: "Bearer upstream" };
  pool.dispatch(
    { path: request.url, method: "POST", headers, body: JSON.stringify({ ...request.body, model: "other" }) },
    {
      onRequestStart() {},
      onResponseStart(controller, status, headers) {
        response.status(status).type(headers["content-type"]);
        response.on("drain", () => controller.resume());
      },
      onResponseData(controller, chunk) {
        if (!response.write(chunk)) controller.pause();
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.status(502).end();
      },
    },
  );
});
const server = app.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
