package multimodal.clip.rpc;

import java.util.List;
import multimodal.clip.pipeline.AnswerOptions;
import multimodal.clip.pipeline.CaptionOptions;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.ContinueOptions;
import multimodal.clip.pipeline.DecodingOptions;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.pipeline.DecodingOptions.Strategy;
import multimodal.clip.pipeline.TextModel;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.common.v1.Language;
import multimodal.inference.repository.ModelManifest;

/** Requests for texts as options of their pipelines. */
final class TextRequests {

    private static final int MAX_SEQUENCES = 8;

    private TextRequests() {}

    static CaptionOptions caption(CaptionImageRequest request, ModelManifest manifest, RequestCheck check) {
        PictureFile picture = ContentRequests.picture("image", request.getImage(), check);
        List<String> languages = TextModel.languages(manifest);
        String language = Languages.key(request.getLanguage()).orElse(Languages.ENGLISH);
        boolean isSpoken = request.getLanguage() != Language.UNRECOGNIZED && languages.contains(language);
        check.violations()
                .require(
                        isSpoken,
                        "language",
                        request.getLanguage(),
                        "one that the model speaks: " + String.join(", ", languages));
        int limit = TextModel.tokenLimit(manifest, isSpoken ? language : languages.get(0));
        DecodingOptions decoding = DecodingRequests.decoding(request.getDecoding(), limit, check.violations());
        return new CaptionOptions(picture, language, decoding);
    }

    static AnswerOptions answer(AnswerQuestionRequest request, ModelManifest manifest, RequestCheck check) {
        PictureFile picture = ContentRequests.picture("image", request.getImage(), check);
        Content.Text question = ContentRequests.text("question", request.getQuestion(), check.violations());
        String language = Languages.guess(List.of(question.value()));
        List<String> languages = TextModel.languages(manifest);
        check.violations()
                .require(
                        languages.contains(language),
                        "question",
                        "in " + language,
                        "in a language that the model speaks: " + String.join(", ", languages));
        return new AnswerOptions(picture, question, language);
    }

    static ContinueOptions continuation(ContinueTextRequest request, ModelManifest manifest, RequestCheck check) {
        Content.Text prompt = ContentRequests.text("prompt", request.getPrompt(), check.violations());
        int limit = TextModel.continuationTokenLimit(manifest);
        DecodingOptions decoding = DecodingRequests.decoding(request.getDecoding(), limit, check.violations());
        int sequences = request.hasSequenceCount() ? request.getSequenceCount() : 1;
        check.violations().requireRange("sequence_count", sequences, 1, mostSequences(decoding.strategy()));
        return new ContinueOptions(prompt, decoding, sequences);
    }

    /** Greedy decoding makes one text, however often it is asked. */
    private static int mostSequences(Strategy strategy) {
        return strategy instanceof Sampled ? MAX_SEQUENCES : Math.min(MAX_SEQUENCES, strategy.slots());
    }
}
