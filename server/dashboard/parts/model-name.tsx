/** `author/model`, which may break after the author. */
export function ModelName({ model }: { readonly model: string }) {
  const [author = "", ...name] = model.split("/");
  return name.length === 0 ? (
    author
  ) : (
    <>
      {author}/<wbr />
      {name.join("/")}
    </>
  );
}
