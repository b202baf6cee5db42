package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.Language;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.v1.EnhancePromptRequest;
import multimodal.image.v1.EnhancePromptResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.image.v1.PromptPart;
import multimodal.image.v1.PromptPartKind;
import multimodal.inference.error.InferenceException;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code EnhancePrompt} promises, over a real socket, with a model that reads four words. */
@Timeout(60)
class EnhancePromptContractTest {

    private final CallExecutor executor = new CallExecutor("call", 2, 2);
    private final DrawnModel drawn = new DrawnModel(false);
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        ImageGrpcService service = Services.create(executor, (model, context, onLoading) -> {
            if (!model.getName().isEmpty()) {
                throw InferenceException.notFound("model.name", model.getName(), "one of [drawn]");
            }
            return DiffusionModel.of(drawn.use());
        });
        server = new LoopbackServer(service);
    }

    @AfterEach
    void stop() throws InterruptedException {
        while (!drawn.isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(drawn.costs()).as("nothing ran").isEmpty();
        server.close();
        executor.close();
    }

    @Test
    void theStyleAndTheMoodAreAddedAndTold() {
        EnhancePromptResponse response = enhance(request("cat.").setStyle("ink").setMood("calm"));
        assertThat(response.getPrompt()).isEqualTo("cat, in ink, calm");
        assertThat(response.getAddedList())
                .containsExactly(
                        part(PromptPartKind.PROMPT_PART_KIND_STYLE, "ink", "in ink"),
                        part(PromptPartKind.PROMPT_PART_KIND_MOOD, "calm", "calm"));
        assertThat(response.getLeftOutList()).isEmpty();
        assertThat(response.getLanguage()).isEqualTo(Language.LANGUAGE_ENGLISH);
        assertThat(response.getTokenCount()).isEqualTo(6);
        assertThat(response.getTokenLimit()).isEqualTo(6);
        assertThat(response.getModel().getName()).isEqualTo("drawn");
    }

    @Test
    void whatTheModelWouldNotReadIsLeftOutAndTold() {
        EnhancePromptResponse response =
                enhance(request("two cats").setStyle("ink").setMood("calm").setQuality(true));
        assertThat(response.getPrompt()).isEqualTo("two cats, in ink");
        assertThat(response.getLeftOutList())
                .containsExactly(
                        part(PromptPartKind.PROMPT_PART_KIND_MOOD, "calm", "calm"),
                        part(PromptPartKind.PROMPT_PART_KIND_QUALITY, "a", "sharp"),
                        part(PromptPartKind.PROMPT_PART_KIND_QUALITY, "b", "fine"));
    }

    @Test
    void aPromptThatIsTooLongAlreadyComesBackAsItIs() {
        EnhancePromptResponse response = enhance(request("a b c d e.").setStyle("ink"));
        assertThat(response.getPrompt()).isEqualTo("a b c d e.");
        assertThat(response.getAddedList()).isEmpty();
        assertThat(response.getLeftOutList()).hasSize(1);
        assertThat(response.getTokenCount()).isEqualTo(7);
    }

    @Test
    void whatThePromptSaysIsNotSaidAgain() {
        EnhancePromptResponse response = enhance(request("a cat In Ink").setStyle("ink"));
        assertThat(response.getPrompt()).isEqualTo("a cat In Ink");
        assertThat(response.getAddedList()).isEmpty();
        assertThat(response.getLeftOutList()).isEmpty();
    }

    @Test
    void aChinesePromptIsEnhancedInChinese() {
        EnhancePromptResponse response = enhance(request("一只猫。").setStyle("wax").setMood("calm"));
        assertThat(response.getPrompt()).isEqualTo("一只猫，蜡笔，宁静");
        assertThat(response.getLanguage()).isEqualTo(Language.LANGUAGE_CHINESE);
    }

    @Test
    void theLanguageMayBeSaid() {
        EnhancePromptResponse response = enhance(request("cat").setStyle("wax").setLanguage(Language.LANGUAGE_CHINESE));
        assertThat(response.getPrompt()).isEqualTo("cat，蜡笔");
    }

    @Test
    void nothingAskedForIsNothingAdded() {
        assertThat(enhance(request(" cat on snow ")).getPrompt()).isEqualTo(" cat on snow ");
    }

    @Test
    void everyFaultIsToldAtOnce() {
        EnhancePromptRequest.Builder request =
                request(" ").setStyle("baroque").setMood("angry").setLanguageValue(9);
        StatusRuntimeException failure = failure(request);
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList())
                .extracting(FieldViolation::getDescription)
                .isEqualTo(List.of(
                        "prompt: blank (expected: 1 to 10000 characters, not only blanks)",
                        "language: 9 (expected: LANGUAGE_ENGLISH, LANGUAGE_CHINESE or unset)",
                        "style: baroque (expected: one of [ink, wax])",
                        "mood: angry (expected: one of [calm])"));
    }

    @Test
    void anUnknownModelIsNotFound() {
        StatusRuntimeException failure =
                failure(request("cat").setModel(ModelRef.newBuilder().setName("other")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    }

    private StatusRuntimeException failure(EnhancePromptRequest.Builder request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> enhance(request));
    }

    private EnhancePromptResponse enhance(EnhancePromptRequest.Builder request) {
        return ImageServiceGrpc.newBlockingStub(server.channel()).enhancePrompt(request.build());
    }

    private static EnhancePromptRequest.Builder request(String prompt) {
        return EnhancePromptRequest.newBuilder().setPrompt(prompt);
    }

    private static PromptPart part(PromptPartKind kind, String name, String text) {
        return PromptPart.newBuilder().setKind(kind).setName(name).setText(text).build();
    }
}
