//! Chapter 2: the number client.
