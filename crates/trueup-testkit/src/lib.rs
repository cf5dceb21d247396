//! Markdown scenarios and scratch databases for tests; knows nothing of the product.
