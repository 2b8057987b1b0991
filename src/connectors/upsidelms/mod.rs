//! UpsideLMS.

use crate::connectors::Product;

/// UpsideLMS.
pub const PRODUCT: Product = Product {
    name: "upsidelms",
    settings: &[],
    operations: |_| Vec::new(),
    connect: |_| Err(crate::connectors::ConnectError(String::new())),
};
