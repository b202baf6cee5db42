package multimodal.gateway.rpc;

import multimodal.common.rpc.Violations;
import multimodal.common.v1.Language;
import multimodal.gateway.v1.TextToImageToTextRequest;

/** What the gateway itself asks of a request; each node's service checks the node's settings. */
final class TextToImageToTextRequests {
    private static final int MAX_PROMPT_LENGTH = 10_000;
    private static final String BY_EDGE = "unset, an edge fills it";

    private TextToImageToTextRequests() {}

    /** Throws {@code INVALID_ARGUMENT} that names every fault of {@code request}. */
    static void check(TextToImageToTextRequest request) {
        Violations violations = new Violations();
        violations.requireText("prompt", request.getPrompt(), MAX_PROMPT_LENGTH);
        violations.require(
                request.getLanguage() != Language.UNRECOGNIZED,
                "language",
                request.getLanguageValue(),
                "LANGUAGE_ENGLISH, LANGUAGE_CHINESE or unset");
        violations.require(request.getGenerateImage().getPrompt().isEmpty(), "generate_image.prompt", "set", BY_EDGE);
        int imageCount = request.getGenerateImage().getImageCount();
        violations.require(
                !request.getGenerateImage().hasImageCount() || imageCount == 1,
                "generate_image.image_count",
                imageCount,
                "1 or unset");
        violations.require(!request.getCaptionImage().hasImage(), "caption_image.image", "set", BY_EDGE);
        violations.require(
                request.getCaptionImage().getLanguageValue() == 0,
                "caption_image.language",
                "set",
                "unset, the workflow's language counts");
        violations.require(request.getContinueText().getPrompt().isEmpty(), "continue_text.prompt", "set", BY_EDGE);
        violations.throwIfAny();
    }
}
