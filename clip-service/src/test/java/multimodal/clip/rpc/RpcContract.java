package multimodal.clip.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import multimodal.clip.testing.FakeModel;
import multimodal.common.rpc.BytesMarshaller;
import multimodal.common.rpc.NumberRanges;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.ModelRef;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every RPC of the running service does, over a real socket; after each test the service must still answer. */
abstract class RpcContract<Q extends Message, R extends Message> {

    /** {@code model.name} whose only byte is no UTF-8. */
    private static final byte[] INVALID_UTF8 = {0x0a, 3, 0x0a, 1, (byte) 0xff};

    private static final int OVER_THE_LIMIT = 17 << 20;

    @Inject
    ContractModels models;

    @ConfigProperty(name = ContractProfile.PORT)
    int port;

    private ManagedChannel channel;

    /** The method under test. */
    abstract MethodDescriptor<Q, R> method();

    /** A request that is answered. */
    abstract Q soundRequest();

    /** The same request to another model. */
    abstract Q soundRequestTo(ModelRef model);

    /** The model that does the work. */
    abstract FakeModel model();

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .build();
    }

    @AfterEach
    void serviceStillAnswersAndHoldsNothing() {
        models.heal();
        assertThat(call(soundRequest())).isNotEmpty();
        assertThat(models.open()).isZero();
        channel.shutdownNow();
    }

    @Test
    void unknownModelIsNotFoundAndNamed() {
        StatusRuntimeException error =
                failure(soundRequestTo(ModelRef.newBuilder().setName("nobody").build()));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(error.getStatus().getDescription()).contains("model.name: nobody (expected: one of");
        assertThat(fields(error)).containsExactly("model.name");
    }

    @Test
    void deadlineOfOneMillisecondIsExceeded() {
        model().beforeRun(context -> awaitEnd(context::isLive));

        StatusRuntimeException error =
                failure(soundRequest(), CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MILLISECONDS));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void cancelledCallEndsItsWork() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch noticed = new CountDownLatch(1);
        model().beforeRun(context -> {
            started.countDown();
            awaitEnd(context::isLive);
            noticed.countDown();
            context.checkLive();
        });
        ClientCall<Q, R> call = channel.newCall(method(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.request(1);
        call.sendMessage(soundRequest());
        call.halfClose();

        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        call.cancel("changed my mind", null);

        assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void bugInsideIsHiddenBehindAnId() {
        model().beforeRun(context -> {
            throw new IllegalStateException("the secret of the bug");
        });

        StatusRuntimeException error = failure(soundRequest());

        assertThat(error.getStatus().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(error.getStatus().getDescription())
                .matches("internal error [0-9a-f-]{36}")
                .doesNotContain("secret");
    }

    @Test
    void textThatIsNoUtf8IsRefused() {
        StatusRuntimeException error = failureOf(INVALID_UTF8);

        assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }

    @Test
    void messageOverTheLimitIsRefused() {
        assertThat(failureOf(new byte[OVER_THE_LIMIT]).getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    final ManagedChannel channel() {
        return channel;
    }

    /** All answers to a request. */
    final List<R> call(Q request) {
        List<R> answers = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(channel, method(), CallOptions.DEFAULT, request)
                .forEachRemaining(answers::add);
        return answers;
    }

    /** How a request is refused. */
    final StatusRuntimeException failure(Q request) {
        return failure(request, CallOptions.DEFAULT);
    }

    /** How bytes that stand for a request are refused. */
    final StatusRuntimeException failureOf(byte[] request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> ClientCalls.blockingServerStreamingCall(
                        channel,
                        method().toBuilder(BytesMarshaller.INSTANCE, BytesMarshaller.INSTANCE)
                                .build(),
                        CallOptions.DEFAULT,
                        request)
                .forEachRemaining(answer -> {}));
    }

    /** Asserts that a request is refused as invalid, naming exactly these fields, and each number out of its range as the proto does. */
    final StatusRuntimeException assertInvalid(Q request, String... fields) {
        StatusRuntimeException error = failure(request);
        assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(fields(error)).containsExactlyInAnyOrder(fields);
        NumberRanges.faults(request)
                .forEach(fault -> assertThat(error.getStatus().getDescription()).contains(fault.description()));
        return error;
    }

    private StatusRuntimeException failure(Q request, CallOptions options) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> ClientCalls.blockingServerStreamingCall(
                        channel, method(), options, request)
                .forEachRemaining(answer -> {}));
    }

    static List<String> fields(StatusRuntimeException error) {
        return Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(FieldViolation::getField)
                .toList();
    }

    /** Waits until the caller has gone. */
    static void awaitEnd(BooleanSupplier isLive) {
        while (isLive.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
