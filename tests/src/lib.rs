//! Partyline.
