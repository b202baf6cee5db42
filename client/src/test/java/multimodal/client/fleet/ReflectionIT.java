package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every server tells its whole API, and what the README shows with grpcurl works. */
@ExtendWith(SharedFleet.class)
class ReflectionIT {

    private static final String IMAGE = "multimodal.image.v1.ImageService";
    private static final String CLIP = "multimodal.clip.v1.ClipService";
    private static final String VISION_LANGUAGE = "multimodal.clip.v1.VisionLanguageService";
    private static final String WORKFLOW = "multimodal.gateway.v1.WorkflowService";

    @Test
    void eachServiceListsAndDescribesItsOwn(RunningFleet fleet) {
        assertDescribed(fleet.imageService(), IMAGE);
        assertDescribed(fleet.clipService(), CLIP, VISION_LANGUAGE);
    }

    @Test
    void theGatewayListsAndDescribesAllOfThem(RunningFleet fleet) {
        assertDescribed(fleet.gateway(), WORKFLOW, IMAGE, CLIP, VISION_LANGUAGE);
    }

    @Test
    void theGrpcurlLinesOfTheReadmeWork(RunningFleet fleet) throws IOException {
        List<String> commands = readmeCommands();
        assertThat(commands).anyMatch(line -> line.endsWith(" list")).anyMatch(line -> line.contains(" -d "));
        ManagedChannel channel = Channels.open(fleet.gateway());
        try {
            for (String command : commands) {
                assertThat(run(channel, command)).as(command).isNotEmpty();
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static List<String> run(ManagedChannel channel, String command) throws InvalidProtocolBufferException {
        return new Grpcurl(channel).run(command);
    }

    private static List<String> readmeCommands() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("fleet.root"), "README.md"));
        return Arrays.stream(readme.replace("\\\n", " ").split("```", -1))
                .flatMap(ReflectionIT::commands)
                .toList();
    }

    /** What a shell pipes into a line is not there, nor is what such a line makes for those after it. */
    private static Stream<String> commands(String block) {
        return block.lines()
                .map(String::strip)
                .takeWhile(line -> !line.contains("grpcurl -plaintext -d @ "))
                .filter(line -> line.startsWith("grpcurl -plaintext"));
    }

    private static void assertDescribed(String address, String... services) {
        ManagedChannel channel = Channels.open(address);
        try {
            Reflection reflection = new Reflection(channel);
            assertThat(reflection.services()).contains(services);
            for (String service : services) {
                String simpleName = service.substring(service.lastIndexOf('.') + 1);
                ServiceDescriptor descriptor = reflection.fileOf(service).findServiceByName(simpleName);
                assertThat(descriptor.getMethods()).isNotEmpty().allSatisfy(method -> assertThat(
                                method.getOutputType().getFields())
                        .isNotEmpty());
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
