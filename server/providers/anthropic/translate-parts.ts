import type { Json } from "../../json/json.js";
import { type ChatPart, type FilePart, type ImagePart, RefusedRequest, type Source } from "../chat/chat-request.js";
import type { Base64Source, DocumentBlock, ImageBlock, TextBlock, UrlSource } from "./wire.js";

/** @throws RefusedRequest when a part has no form in the Messages API. */
export function translateParts(
  parts: readonly ChatPart[],
  warnings: Set<string>,
): readonly (TextBlock | ImageBlock | DocumentBlock)[] {
  return parts.flatMap((part) => translatePart(part, warnings));
}

function translatePart(part: ChatPart, warnings: Set<string>): readonly (TextBlock | ImageBlock | DocumentBlock)[] {
  switch (part.kind) {
    case "text":
      return textBlocks(part.text, part.cacheControl, warnings);
    case "image":
      if (part.detail !== undefined && part.detail !== "auto") warnings.add("image_url.detail: left out");
      return [imageBlock(part)];
    case "file":
      return [fileBlock(part, warnings)];
    case "audio":
      throw new RefusedRequest("messages", "Anthropic's format has no audio");
  }
}

/** @returns what the Messages API has no form for; undefined when it has. */
export function unfitPart(part: ChatPart): string | undefined {
  if (part.kind === "audio") return "audio";
  if (part.kind !== "file" || part.source.kind !== "data") return undefined;
  const { mediaType } = part.source;
  return documents.has(mediaType) || mediaType.startsWith("image/") ? undefined : `a file of type ${mediaType}`;
}

const documents: ReadonlySet<string> = new Set(["application/pdf", "text/plain"]);

/** Anthropic refuses texts that hold nothing but white space. */
export function textBlocks(text: string, cacheControl: Json | undefined, warnings: Set<string>): readonly TextBlock[] {
  if (text.trim() === "") {
    if (text !== "") warnings.add("messages: a text of white space only was left out");
    return [];
  }
  return [{ type: "text", text, ...cacheOf(cacheControl) }];
}

function imageBlock({ source, cacheControl }: ImagePart): ImageBlock {
  return { type: "image", source: sourceOf(source), ...cacheOf(cacheControl) };
}

function fileBlock({ source, filename, cacheControl }: FilePart, warnings: Set<string>): ImageBlock | DocumentBlock {
  const common = { ...(filename === undefined ? {} : { title: filename }), ...cacheOf(cacheControl) };
  if (source.kind === "data" && source.mediaType.startsWith("image/")) {
    if (filename !== undefined) warnings.add("messages: the names of pictures were left out");
    return { type: "image", source: sourceOf(source), ...cacheOf(cacheControl) };
  }
  if (source.kind === "data" && source.mediaType === "text/plain") {
    const data = Buffer.from(source.base64, "base64").toString("utf8");
    return { type: "document", source: { type: "text", media_type: "text/plain", data }, ...common };
  }
  if (source.kind === "data" && source.mediaType !== "application/pdf") {
    throw new RefusedRequest(
      "messages",
      `Anthropic's format takes PDF, plain text and images, not ${source.mediaType}`,
    );
  }
  return { type: "document", source: sourceOf(source), ...common };
}

function sourceOf(source: Source): Base64Source | UrlSource {
  if (source.kind === "data") return { type: "base64", media_type: source.mediaType, data: source.base64 };
  if (source.url.startsWith("gs:")) throw new RefusedRequest("messages", "gs:// links exist in Google's format only");
  return { type: "url", url: source.url };
}

function cacheOf(cacheControl: Json | undefined): { cache_control?: Json } {
  return cacheControl === undefined ? {} : { cache_control: cacheControl };
}
