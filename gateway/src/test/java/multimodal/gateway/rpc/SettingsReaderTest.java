package multimodal.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import multimodal.clip.v1.Content;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.SampledDecoding;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

    private static final String PIPELINES = Arrays.stream(ImagePipeline.values())
            .filter(pipeline -> pipeline != ImagePipeline.IMAGE_PIPELINE_UNSPECIFIED)
            .filter(pipeline -> pipeline != ImagePipeline.UNRECOGNIZED)
            .map(ImagePipeline::name)
            .collect(Collectors.joining(", "));
    private final List<String> problems = new ArrayList<>();

    @Test
    void settingsAreTheRequestInProto3Json() {
        assertThat(read(
                        """
                        {"model": {"name": "m", "version": "1"}, "prompt": "hi", "decoding":
                         {"maxTokens": 7, "sampled": {"temperature": 0.5, "seed": "9007199254740993"}, "stop_texts": ["a", "b"]}}
                        """,
                        ContinueTextRequest.getDefaultInstance()))
                .isEqualTo(ContinueTextRequest.newBuilder()
                        .setModel(ModelRef.newBuilder().setName("m").setVersion("1"))
                        .setPrompt("hi")
                        .setDecoding(DecodingOptions.newBuilder()
                                .setMaxTokens(7)
                                .setSampled(SampledDecoding.newBuilder()
                                        .setTemperature(0.5f)
                                        .setSeed(9007199254740993L))
                                .addStopTexts("a")
                                .addStopTexts("b"))
                        .build());
        assertThat(problems).isEmpty();
    }

    @Test
    void messagesInListsAreRead() {
        assertThat(read("{\"inputs\": [{\"text\": \"a\"}, {\"text\": \"b\"}]}", EmbedRequest.getDefaultInstance()))
                .isEqualTo(EmbedRequest.newBuilder()
                        .addInputs(Content.newBuilder().setText("a"))
                        .addInputs(Content.newBuilder().setText("b"))
                        .build());
    }

    @Test
    void everyFaultIsToldAtOnce() {
        read(
                """
                {"stepz": 3, "steps": "many", "seed": 1.5, "width": {}, "model": "m", "pipeline": "BEST",
                 "scheduler": {"eta": []}, "control_images": [1]}
                """,
                GenerateImageRequest.getDefaultInstance());

        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "settings: stepz (a field of GenerateImageRequest such as steps)",
                        "settings.steps: \"many\" (a whole number of 32 bits)",
                        "settings.seed: 1.5 (a whole number of 64 bits)",
                        "settings.width: {} (a whole number of 32 bits)",
                        "settings.model: \"m\" (an object)",
                        "settings.pipeline: \"BEST\" (" + PIPELINES + ")",
                        "settings.scheduler.eta: [] (a number)",
                        "settings.control_images[0]: 1.0 (an object)");
    }

    @Test
    void whatExcludesOneAnotherIsToldOnce() {
        read(
                "{\"decoding\": {\"greedy\": {}, \"beam\": {}, \"max_tokens\": 1, \"maxTokens\": 2}}",
                ContinueTextRequest.getDefaultInstance());

        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "settings.decoding.strategy: greedy and beam (one of them)",
                        "settings.decoding.max_tokens: told twice (told once)");
    }

    private Message read(String json, Message empty) {
        Struct.Builder settings = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, settings);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
        return SettingsReader.read(
                settings.build(),
                empty,
                "settings",
                problem -> problems.add(problem.path() + ": " + problem.value() + " (" + problem.expected() + ")"));
    }
}
