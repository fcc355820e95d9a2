//! Reading a tar in order.
