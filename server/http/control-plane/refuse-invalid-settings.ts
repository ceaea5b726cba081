import type { NextFunction, Request, Response } from "express";
import { InvalidSettings } from "../../keys/read-key-settings.js";
import { sendError } from "../errors/api-error.js";

/** Answers with 400 what routes throw of values that they cannot take; for `Router.use` behind them. */
export function refuseInvalidSettings(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (!(error instanceof InvalidSettings)) {
    next(error);
    return;
  }
  const { message, parameter: param } = error;
  sendError(response, { status: 400, type: "invalid_request_error", code: "invalid_parameter", message, param });
}
