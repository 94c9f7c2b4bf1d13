//! Chapter 0: services.
