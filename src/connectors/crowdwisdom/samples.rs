//! What the tests of this product share: the document's example, records, answers.
