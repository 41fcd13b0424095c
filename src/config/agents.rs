//! What the operator tells the agents.

use clap::Args;

/// What holds for every agent.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Agents")]
pub struct AgentsConfig {
    /// What every agent is told, before its own instruction and the room's
    #[arg(long = "agent-instruction", env = "AGENT_INSTRUCTION", value_name = "TEXT", default_value = "")]
    pub instruction: String,
}
