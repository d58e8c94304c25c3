"""A step that writes an image to the slot that is not in use, block after block, and sometimes meets a bad one."""

from simulator.custom_step import StepContext, StepFailedError


async def flash(step: StepContext) -> None:
    """Write `blocks` blocks of `seconds` each; a block is bad in `bad` of all cases (0 to 1).

    The thing's own chance decides, so that the same seed meets the same bad blocks.
    """
    blocks = int(str(step.parameters.get("blocks", 10)))
    seconds = float(str(step.parameters.get("seconds", 0.5)))
    bad = float(str(step.parameters.get("bad", 0)))
    slot = "b" if step.attributes.get("slot", "a") == "a" else "a"
    for block in range(1, blocks + 1):
        await step.sleep(seconds)
        if step.random.random() < bad:
            raise StepFailedError(f"block {block} of {blocks} in slot {slot} cannot be written")
        step.report(100 * block // blocks, {"slot": slot})
