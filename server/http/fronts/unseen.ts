import { isObject, type Json } from "../../json/json.js";
import type { Unseen } from "./front.js";

/** What images are called in the APIs in front; one that a model made may be named by its id alone. */
const images: ReadonlySet<unknown> = new Set([
  ...["image", "image_url", "input_image", "computer_screenshot", "image_generation_call"],
]);

/** What a request holds that its chat completion may lack: tools that one API alone has, pictures that a provider keeps. */
export function unseenIn({ tools, mcp_servers: servers, ...rest }: Json): Pick<Unseen, "tools" | "images"> {
  return { tools: isSome(tools) || isSome(servers), images: holdsImage(rest["messages"]) || holdsImage(rest["input"]) };
}

function isSome(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

function holdsImage(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsImage);
  return isObject(value) && (images.has(value["type"]) || Object.values(value).some(holdsImage));
}
