"""What Rust gave of the library's own baseline, where nobody else can say."""

RECORDED = {}
