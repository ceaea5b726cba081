/** What is bundled is others' code too: their licenses ask to go with it. */
export default { build: { license: { fileName: "licenses.md" } } };
