// The vectors of comments in this language's spelling: what `heedful/text` answers, for each function.

// The 32 bits of Fowler, Noll and Vo (1a): two models are the same where these are.
function fingerprint(bytes) {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return { size: bytes.length, fingerprint: hash };
}

function using(thing, ask) {
  try {
    return ask(thing);
  } finally {
    thing.free();
  }
}

const sign = (value) => (value === null ? null : Math.sign(value));
const span = ({ start, end, ...rest }) => ({ ...rest, span: [start, end] });
const ends = (name, { value, interval }) =>
  ({ [name]: value, [`${name}_lower`]: interval?.lower ?? null, [`${name}_upper`]: interval?.upper ?? null });

function mapperOf(text, { taxonomy, reasons, ...options }, { comments, claims }) {
  if (claims === undefined) return new text.ReasonMapper(taxonomy, options);
  const present = claims.filter((_, row) => comments[row]);
  const classifier = (asked) => {
    if (asked.length !== present.length) throw new Error(`asked for ${asked.length} comments`);
    return present;
  };
  return new text.ReasonMapper(taxonomy, { ...options, classifier, reasons });
}

const given = ({ clicks, manual, touchpoint, language }) =>
  Object.fromEntries(Object.entries({ clicks, manual, touchpoint, language }).filter(([, list]) => list !== undefined));

export const textAnswers = {
  tokens: ({ text }, { texts }, options) => text.tokens(texts, options).map(span),
  stems: ({ text }, { words }, options) => text.tokens(words, options).map(({ stem }) => stem),
  redact: ({ text }, { texts }, options) => ({
    texts: text.redact(texts, options),
    spans: text.privateSpans(texts, options).flatMap((spans, row) => spans.map((found) => ({ row, ...span(found) }))),
  }),
  map: ({ text }, input, options) => using(mapperOf(text, options, input), (mapper) => {
    const found = mapper.map(input.comments, given(input));
    // Claims that are given are those of the classifier.
    const { taxonomy, reasons, ...rest } = options;
    using(new text.ReasonMapper(taxonomy, { ...rest, ...(reasons && { reasons }) }), (other) => {
      const again = other.map(input.comments, { ...given(input), ...(input.claims && { claims: input.claims }) });
      if (JSON.stringify(again) !== JSON.stringify(found)) throw new Error("given claims are read otherwise");
    });
    return found;
  }),
  totals: ({ text }, { comments }, { taxonomy }) => using(new text.ReasonMapper(taxonomy), (mapper) =>
    mapper.totals(comments).map(({ mentionInterval, mainInterval, ...row }) => ({
      ...row, mention_lower: mentionInterval.lower, mention_upper: mentionInterval.upper, main_lower: mainInterval.lower, main_upper: mainInterval.upper,
    }))),
  score_by_reason: ({ text, heedful }, { table }, { taxonomy, metric, count }) => using(new text.ReasonMapper(taxonomy), (mapper) =>
    heedful.score(text.attach(table, mapper.map(table.text), { count }), { rating: "score", metric, by: "reason" })),
  labels: ({ text }, input, { taxonomy }) => using(new text.ReasonMapper(taxonomy), (mapper) => ({
    disagreements: mapper.disagreements(input.comments, given(input)),
    unmapped: mapper.unmapped(input.comments, given(input)),
    labels: mapper.labels(input.comments, given(input)),
  })),
  lint: ({ text }, { comments }, { taxonomy }) => using(new text.ReasonMapper(taxonomy), (mapper) =>
    ({ findings: mapper.lint(comments), overlaps: mapper.overlaps(comments) })),
  predict: ({ text }, { texts, labels, comments }, options) => using(new text.ReasonMapper({ id: "learned", reasons: [] }), (mapper) => {
    mapper.fit(texts, labels, options);
    return {
      ...fingerprint(mapper.toBytes()),
      best: mapper.predict(comments),
      sure: mapper.predict(comments, { abstain: true }),
      claims: mapper.map(comments).map(({ row, reason, confidence }) => ({ row, reason, confidence })),
      suggested: mapper.suggest(comments, 3),
      curve: mapper.curve(texts, labels).filter(({ threshold }) => threshold === 0.5),
    };
  }),
  split: ({ text }, { texts, labels }, options) => text.split(texts, labels, options),
  fit_sentiment: ({ text }, { comments, ratings, ask }, options) => using(text.fitSentiment(comments, ratings, options), (model) => ({
    comments: model.comments, values: model.predict(ask), top: model.topWords(3), correlation: text.crossValidateSentiment(comments, ratings, options).correlation,
  })),
  sentiment: ({ text }, { comments }, options) => text.sentiment(comments, options).map((feeling) => feeling && {
    ...feeling,
    sign: sign(feeling.value),
    clauses: feeling.clauses.map((clause) => ({ ...clause, sign: sign(clause.value), start: [clause.start, clause.start] })),
    emotions: feeling.emotions.map(span),
  }),
  evaluate: ({ text }, { known, found }, options) => {
    const { n, missing, exact, reasons, micro, macroAverage, confusion } = text.evaluate(known, found, options);
    const measures = ({ precision, recall, f1 }) => ({ ...ends("precision", precision), ...ends("recall", recall), ...ends("f1", f1) });
    const rows = reasons.map((row) => ({ ...row, ...measures(row) }));
    rows.push({ reason: "micro", ...measures(micro) }, { reason: "macro", ...measures(macroAverage) });
    const names = confusion && [...confusion.reasons, null];
    const cells = confusion && confusion.counts.flatMap((row, i) => row.map((count, j) => ({ known: names[i], found: names[j], n: count })));
    return { n, missing, exact: exact.value, ...ends("exact", exact), rows, confusion: cells && cells.filter((cell) => cell.n > 0) };
  },
  agreement: ({ text }, { coders }, options) => {
    const { n, overall, reasons } = text.agreement(coders, options);
    const values = ({ share, kappa, alpha }) => ({ agreement: share.value, kappa: kappa.value, alpha: alpha.value });
    return { n, ...values(overall), reasons: reasons.map(({ reason, ...agreed }) => ({ reason, ...values(agreed) })) };
  },
  keywords: ({ text }, { comments, by }, options) => text.keywords(comments, { by, ...options }),
  discover: ({ text }, { comments }, { taxonomy, ...options }) => {
    if (taxonomy === undefined) return text.discover(comments, options);
    return using(new text.ReasonMapper(taxonomy), (known) => text.discover(comments, { known, ...options }));
  },
};
