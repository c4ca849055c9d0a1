"""Finding where Control Hub differs from what stands here, and settling it: taken over here, or told there."""
