package multimodal.client.demo;

import java.util.List;
import java.util.Locale;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.Image;
import multimodal.common.v1.Language;
import multimodal.common.v1.SampledDecoding;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.image.v1.GenerateImageRequest;

/**
 * A sentence of the demo and what must come of it.
 *
 * @param key names its files
 * @param text the sentence
 * @param language of the sentence, the caption and the labels
 * @param seed of the picture and of the continued text
 * @param subjectWords a good caption has one of them
 * @param question about the picture
 * @param labels to classify the picture by; the first is the right one
 */
record DemoPrompt(
        String key,
        String text,
        Language language,
        long seed,
        List<String> subjectWords,
        String question,
        List<String> labels) {

    private static final int STEPS = 30;
    private static final int PREVIEW_INTERVAL = 3;

    /** The sentences of the demo, in their order. */
    static final List<DemoPrompt> ALL = List.of(
            new DemoPrompt(
                    "castle-en",
                    "a castle under the night sky",
                    Language.LANGUAGE_ENGLISH,
                    7,
                    List.of("castle"),
                    "is there a castle in this picture?",
                    List.of("castle", "house", "church", "cat", "red apple", "car", "tree", "fish")),
            new DemoPrompt(
                    "castle-zh",
                    "一座神秘的古堡在月光下闪闪发光",
                    Language.LANGUAGE_CHINESE,
                    7,
                    List.of("城堡", "古堡"),
                    "图片中有什么？",
                    List.of("城堡", "房子", "教堂", "猫", "红苹果", "汽车", "大树", "鱼")));

    /** Whether {@code caption} names the object of the sentence. */
    boolean isNamedIn(String caption) {
        String lowerCase = caption.toLowerCase(Locale.ROOT);
        return subjectWords.stream().anyMatch(lowerCase::contains);
    }

    /** The language as HTML names it. */
    String languageTag() {
        return language == Language.LANGUAGE_CHINESE ? "zh" : "en";
    }

    TextToImageToTextRequest request() {
        return TextToImageToTextRequest.newBuilder()
                .setPrompt(text)
                .setLanguage(language)
                .setGenerateImage(GenerateImageRequest.newBuilder()
                        .setSteps(STEPS)
                        .setSeed(seed)
                        .setPreviewInterval(PREVIEW_INTERVAL))
                .setContinueText(ContinueTextRequest.newBuilder()
                        .setDecoding(DecodingOptions.newBuilder()
                                .setSampled(SampledDecoding.newBuilder()
                                        .setTemperature(0.8f)
                                        .setTopP(0.95f)
                                        .setSeed(seed))))
                .build();
    }

    AskImageRequest askRequest(Image picture) {
        return AskImageRequest.newBuilder()
                .setImage(picture)
                .setQuestion(question)
                .build();
    }

    ClassifyRequest classifyRequest(Image picture) {
        return ClassifyRequest.newBuilder()
                .setImage(picture)
                .addAllLabels(labels)
                .setLanguage(language)
                .build();
    }
}
