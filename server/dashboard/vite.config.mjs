export default {
  base: "./", // a reverse proxy may have it below a path
  // What is bundled is others' code too: their licenses ask to go with it.
  build: { license: { fileName: "licenses.md" } },
};
