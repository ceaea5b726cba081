import fc from "fast-check";

/** Ordinary prose in ten scripts and more: the opening of the Universal Declaration of Human Rights, and everyday text. */
export const proseSamples: Readonly<Record<string, string>> = {
  English:
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood. Please summarise the attached quarterly report in three paragraphs, and tell me what you'd change before it's sent to our customers; they won't read more than a page.",
  German:
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen. Die Bundesregierung hat die Datenschutzgrundverordnung überarbeitet.",
  Vietnamese:
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hóa ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu.",
  Russian:
    "Все люди рождаются свободными и равными в своём достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства. Пожалуйста, напишите краткое содержание отчёта.",
  Greek:
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.",
  Arabic:
    "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء. اكتب ملخصا للتقرير من فضلك.",
  Hebrew:
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה.",
  Hindi:
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।",
  Thai: "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ",
  Chinese:
    "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。请用三段话总结所附的季度报告,并告诉我在发送给客户之前您会修改什么。",
  Japanese:
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。レポートを要約してください。",
  Korean:
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다. 보고서를 요약해 주세요.",
  Georgian: "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.",
  Armenian: "Բոլոր մարդիկ ծնվում են ազատ ու հավասար՝ իրենց արժանապատվությամբ ու իրավունքներով։",
  Tamil: "மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும், உரிமைகளிலும் சமமானவர்கள்.",
  Amharic: "የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው።",
};

/** What prompts hold besides prose. */
export const technicalSamples: Readonly<Record<string, string>> = {
  TypeScript:
    'export async function loadPolicies(directory: string): Promise<readonly SourceFile[]> {\n  const names = await readdir(directory, { withFileTypes: true });\n  return Promise.all(\n    names\n      .filter((name) => name.isFile() && /\\.ya?ml$/.test(name.name))\n      .map(async (name) => ({ path: name.name, text: await readFile(join(directory, name.name), "utf8") })),\n  );\n}\n',
  Python:
    'def fibonacci(n: int) -> int:\n    """Return the n-th number."""\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n\n\nif __name__ == "__main__":\n    print([fibonacci(i) for i in range(20)])\n',
  JSON: '{"id":"chatcmpl-8f3a","object":"chat.completion","created":1730419200,"choices":[{"index":0,"message":{"role":"assistant","content":"Hello!"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1234,"completion_tokens":56,"total_tokens":1290}}',
  Markdown:
    "# Title\n\n| name | value |\n|------|------:|\n| a    | 1,234 |\n\n- [x] done\n- [ ] open\n\n```sh\nnpm ci && npm test -- --run\n```\n\n> See <https://example.com/a/b?c=d&e=%20f#g>.\n",
  base64:
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==UmFuZG9tIGJ5dGVzIGFyZSBoYXJkIHRvIGNvbXByZXNzLCBhbmQgc28gYXJlIHRva2Vucy4=",
  hex: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08deadbeefcafebabe0123456789abcdef",
  emoji: "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 😀😃😄 ❤️‍🔥 🇩🇪🇫🇷🇯🇵 1️⃣2️⃣ 🧑🏿‍🚀 ♀♀♀♀♀♀ ⭐⭐",
  "white space": "a   b\n\n\n    c\t\t\td \r\n\r\n  \u00a0\u3000 e\u2028f          \n   \n",
  special: "<|endoftext|> <|im_start|>system<|im_sep|>x<|im_end|> <|endofprompt|><|fim_prefix|>",
};

const samples = [...Object.values(proseSamples), ...Object.values(technicalSamples)];

const alphabets = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
  "0123456789abcdef",
  "{}[]():;,.\"'`<>|/\\!?@#$%^&*-_=+~ \n",
  " \t\n\r\u00a0\u3000\u2028\ufeff\u0085",
  "абвгдежзийклмнопрстуфхцчшщъыьэюяё АБВГД",
  "αβγδεζηθικλμνξοπρστυφχψω άέήίό",
  "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ًٌٍَُ٠١٢٣",
  "אבגדהוזחטיכלמנסעפצקרשת ְִֵֶַָ",
  "कखगघचछजटठडतथदधनपफबभमयरलवशसह ािीुूेैोौं्१२३",
  "กขคงจฉชซดตถทนบปผพฟภมยรลวสหอ ะัาิีึืุูเแโใไ่้๊๋๑๒๓",
  "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年,。",
  "あいうえおかきくけこさしすせそアイウエオカキ、。ー々",
  "가나다라마바사아자차카타파하거너더러",
  "👩👨👧👦‍🏽️🇩🇪😀❤🏳🌈⃣",
  "sSdDmMtTlLvVrReE'xÀéß́ǅʰªⅣ½²",
  "\ud800\udbff\udc00\udfffa ",
];

/** Text as adversaries and networks send it: samples cut and mixed, one alphabet at random, repetition, noise. */
export function anyText(maxPieces = 12): fc.Arbitrary<string> {
  const slice = fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.integer({ min: 0, max: 60 }))
    .map(([text, start, length]) => text.slice(start % text.length, (start % text.length) + length));
  const random = fc
    .tuple(fc.constantFrom(...alphabets), fc.array(fc.nat({ max: 0xffff }), { maxLength: 24 }))
    .map(([alphabet, picks]) => picks.map((pick) => alphabet[pick % alphabet.length]).join(""));
  const repeated = fc
    .tuple(fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 2 }), slice), fc.integer({ min: 1, max: 40 }))
    .map(([unit, times]) => unit.slice(0, 3).repeat(times));
  const noise = fc.string({ unit: "binary", maxLength: 12 });
  const halves = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((u) => String.fromCharCode(...u));
  const special = fc.constantFrom(
    "<|endoftext|>",
    "<|im_start|>",
    "<|fim_middle|>",
    "<|endof",
    "\ufeff",
    "\ufeffusing",
  );
  return fc
    .array(fc.oneof(slice, slice, random, random, repeated, noise, halves, special), { maxLength: maxPieces })
    .map((parts) => parts.join(""));
}
