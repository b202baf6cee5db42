package multimodal.image.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.function.Function;
import multimodal.common.v1.CutText;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelLoading;
import multimodal.common.v1.Progress;
import multimodal.common.v1.StageTimings;
import multimodal.image.pipeline.EnhancedPrompt;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.ImageProgress;
import multimodal.image.pipeline.ImageResult;
import multimodal.image.pipeline.PromptLanguage;
import multimodal.image.pipeline.PromptPart;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.DetectEdgesResponse;
import multimodal.image.v1.EnhancePromptResponse;
import multimodal.image.v1.GenerateImageProgress;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.GeneratedImage;
import multimodal.image.v1.PromptPartKind;
import multimodal.image.v1.VaryImageResponse;
import multimodal.inference.rpc.ModelMessages;
import multimodal.media.EdgeOptions;
import multimodal.media.PictureFormat;

/** Progress, results, edges and prompts as messages. */
final class ImageResponses {

    private ImageResponses() {}

    /** Of a stream of pictures: what it tells as messages of its RPC. */
    record Stream<T>(
            Function<ModelLoading, T> loading,
            Function<GenerateImageProgress, T> progress,
            Function<GenerateImageResult, T> result) {

        static final Stream<GenerateImageResponse> GENERATED = new Stream<>(
                loading ->
                        GenerateImageResponse.newBuilder().setLoading(loading).build(),
                progress ->
                        GenerateImageResponse.newBuilder().setProgress(progress).build(),
                result -> GenerateImageResponse.newBuilder().setResult(result).build());

        static final Stream<VaryImageResponse> VARIED = new Stream<>(
                loading -> VaryImageResponse.newBuilder().setLoading(loading).build(),
                progress -> VaryImageResponse.newBuilder().setProgress(progress).build(),
                result -> VaryImageResponse.newBuilder().setResult(result).build());
    }

    /** @param elapsed since the request arrived */
    static GenerateImageProgress progress(ImageProgress progress, java.time.Duration elapsed) {
        Progress steps = Progress.newBuilder()
                .setStep(progress.step())
                .setStepCount(progress.stepCount())
                .setElapsed(duration(elapsed))
                .setEstimatedRemaining(duration(progress.estimatedRemaining()))
                .build();
        GenerateImageProgress.Builder rendered =
                GenerateImageProgress.newBuilder().setProgress(steps);
        progress.previews().forEach(preview -> rendered.addPreviews(image(preview)));
        return rendered.build();
    }

    /** @param total from arrival to now */
    static GenerateImageResult result(GenerateImageOptions options, ImageResult result, java.time.Duration total) {
        GenerateImageResult.Builder rendered = GenerateImageResult.newBuilder()
                .setInfo(info(options, result, total))
                .setSteps(options.steps())
                .setGuidanceScale(options.guidance().scale())
                .setWidth(options.width())
                .setHeight(options.height());
        options.scheduler().map(SchedulerRequests::message).ifPresent(rendered::setScheduler);
        options.init().ifPresent(init -> rendered.setStrength(init.strength()));
        options.likeness()
                .ifPresent(likeness -> rendered.setUnclipModel(
                        ModelMessages.ref(likeness.model().manifest().id())));
        for (byte[] png : result.pngs()) {
            long seed = options.seed() + rendered.getImagesCount();
            rendered.addImages(GeneratedImage.newBuilder().setImage(image(png)).setSeed(seed));
        }
        return rendered.build();
    }

    private static GenerationInfo info(GenerateImageOptions options, ImageResult result, java.time.Duration total) {
        GenerationInfo.Builder info = GenerationInfo.newBuilder()
                .setModel(ModelMessages.ref(result.model()))
                .setEngine(result.engine())
                .setSeed(options.seed())
                .setTimings(StageTimings.newBuilder()
                        .setQueue(duration(result.timings().queue()))
                        .setBatch(duration(result.timings().batch()))
                        .setEngine(duration(result.timings().engine()))
                        .setPostprocess(duration(result.timings().postprocess()))
                        .setTotal(duration(total)));
        addCutText("prompt", result.droppedWords(), info);
        addCutText("negative_prompt", result.droppedNegativeWords(), info);
        return info.build();
    }

    private static void addCutText(String field, List<String> droppedWords, GenerationInfo.Builder info) {
        if (!droppedWords.isEmpty()) {
            info.addCutTexts(CutText.newBuilder().setField(field).addAllDroppedWords(droppedWords));
        }
    }

    static DetectEdgesResponse edges(EdgeOptions options, byte[] png) {
        return DetectEdgesResponse.newBuilder()
                .setImage(image(png))
                .setLowThreshold(options.lowThreshold())
                .setHighThreshold(options.highThreshold())
                .setApertureSize(options.apertureSize())
                .setL2Gradient(options.isL2Gradient())
                .build();
    }

    static EnhancePromptResponse enhanced(DiffusionModel model, PromptLanguage language, EnhancedPrompt enhanced) {
        return EnhancePromptResponse.newBuilder()
                .setPrompt(enhanced.text())
                .setLanguage(PromptRequests.message(language))
                .addAllAdded(enhanced.added().stream().map(ImageResponses::part).toList())
                .addAllLeftOut(
                        enhanced.leftOut().stream().map(ImageResponses::part).toList())
                .setTokenCount(enhanced.tokenCount())
                .setTokenLimit(model.tokenLimit())
                .setModel(ModelMessages.ref(model.manifest().id()))
                .build();
    }

    private static multimodal.image.v1.PromptPart part(PromptPart part) {
        PromptPartKind kind =
                switch (part.kind()) {
                    case STYLE -> PromptPartKind.PROMPT_PART_KIND_STYLE;
                    case MOOD -> PromptPartKind.PROMPT_PART_KIND_MOOD;
                    case QUALITY -> PromptPartKind.PROMPT_PART_KIND_QUALITY;
                };
        return multimodal.image.v1.PromptPart.newBuilder()
                .setKind(kind)
                .setName(part.name())
                .setText(part.text())
                .build();
    }

    private static Image image(byte[] png) {
        ByteString data = UnsafeByteOperations.unsafeWrap(png);
        return Image.newBuilder()
                .setData(data)
                .setMediaType(PictureFormat.PNG.mediaType())
                .build();
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
