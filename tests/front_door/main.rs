//! Partyline through its front door: real HTTP, WebSocket, DynamoDB engine and simulator.
