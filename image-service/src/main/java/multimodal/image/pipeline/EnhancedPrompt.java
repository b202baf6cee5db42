package multimodal.image.pipeline;

import java.util.List;

/**
 * A prompt with its additions.
 *
 * @param text the prompt as it came, then the additions
 * @param added what was added, in its order
 * @param leftOut what would have made it longer than the model reads
 * @param tokenCount tokens of {@code text}, the special ones included
 */
public record EnhancedPrompt(String text, List<PromptPart> added, List<PromptPart> leftOut, int tokenCount) {}
