import { type ChatPart, RefusedRequest, type Source } from "../chat/chat-request.js";
import { mediaTypeOfLink } from "../chat/media-type.js";
import type { Part } from "./wire.js";

/** Empty texts are left out: they say nothing, and a turn may not consist of them. */
export function translateParts(parts: readonly ChatPart[], warnings: Set<string>): readonly Part[] {
  return parts.flatMap((part) => translatePart(part, warnings));
}

function translatePart(part: ChatPart, warnings: Set<string>): readonly Part[] {
  switch (part.kind) {
    case "text":
      return part.text === "" ? [] : [{ text: part.text }];
    case "image":
      if (part.detail !== undefined && part.detail !== "auto") warnings.add("image_url.detail: left out");
      return [dataPart(part.source)];
    case "file":
      if (part.filename !== undefined) warnings.add("messages: the names of files were left out");
      return [dataPart(part.source)];
    case "audio":
      return [{ inlineData: { mimeType: `audio/${part.format}`, data: part.base64 } }];
  }
}

function dataPart(source: Source): Part {
  if (source.kind === "data") return { inlineData: { mimeType: source.mediaType, data: source.base64 } };
  if (!URL.canParse(source.url)) throw new RefusedRequest("messages", "a link in it is not a URL");
  const mimeType = mediaTypeOfLink(source.url); // a link may be sent without, but the provider guesses less
  return { fileData: { fileUri: source.url, ...(mimeType === undefined ? {} : { mimeType }) } };
}
