package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PytorchNativesTest {

    private static final String HERE = "linux-x86_64";

    @Test
    void librariesOfOneVersionForThisPlatformPass() {
        assertThat(new PytorchNatives("2.7.1-20250812", "cpu", HERE, "2.7.1-0.36.0").fault(HERE))
                .isEmpty();
    }

    @Test
    void librariesOfAnotherPlatformAreToldWithTheCure() {
        assertThat(new PytorchNatives("2.7.1", "cpu", "linux-aarch64", "2.7.1-0.36.0").fault(HERE))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .startsWith("pytorch: libtorch for linux-aarch64 (expected: for linux-x86_64; cure: ")
                        .contains("-Dpytorch.native.classifier"));
    }

    @Test
    void librariesOfTwoVersionsAreToldWithTheCure() {
        assertThat(new PytorchNatives("2.5.1", "cpu", HERE, "2.7.1-0.36.0").fault(HERE))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .startsWith(
                                "pytorch: libtorch 2.5.1 beside pytorch-jni 2.7.1-0.36.0 (expected: of one version;")
                        .contains("-Dpytorch.version"));
    }

    @Test
    void missingLibrariesAreToldWithTheCure() {
        assertThat(new PytorchNatives("", "", "", "2.7.1-0.36.0").fault(HERE))
                .hasValueSatisfying(
                        fault -> assertThat(fault).startsWith("pytorch: none (needs libtorch and its JNI; cure:"));
    }

    @Test
    void theSummaryNamesWhatWouldBeTaken() {
        PytorchNatives found = PytorchNatives.find();
        assertThat(found.summary(Optional.empty())).matches("pytorch \\d+[.\\d]+ cpu, not needed");
        assertThat(found.summary(Optional.of("/opt/torch/lib"))).isEqualTo("pytorch of /opt/torch/lib, not needed");
    }

    @Test
    void theLibrariesOfThisBuildPass() {
        PytorchNatives.find().check();
    }
}
