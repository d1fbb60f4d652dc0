// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ObstacleTest {
    private static final String STREAM = "2026-01-01T00:00:00Z";
    private final Obstacle obstacle = new Obstacle();

    @Test
    void aMessageThatStopsTwoAttemptsIsPassedOver() {
        assertThat(obstacle.start(STREAM, 5, 1, 9)).isEqualTo(5);
        assertThat(obstacle.start(STREAM, 5, 1, 9)).isEqualTo(5);
        assertThat(obstacle.start(STREAM, 5, 1, 9)).isEqualTo(6);
    }

    @Test
    void whereManyAreInTheWayEverMoreArePassedOver() {
        long reached = 0;
        for (int attempt = 0; attempt < 50; attempt++) {
            reached = obstacle.start(STREAM, 1, 1, 1_000_000);
        }
        assertThat(reached).isGreaterThan(500_000);
    }

    @Test
    void neverMoreThanTheStreamHolds() {
        long last = 0;
        for (int attempt = 0; attempt < 50; attempt++) {
            last = obstacle.start(STREAM, 1, 1, 3);
            assertThat(last).isLessThanOrEqualTo(4);
        }
        assertThat(last).isEqualTo(4);
    }

    @Test
    void aMessageThatWasReadClearsTheWay() {
        obstacle.start(STREAM, 5, 1, 9);
        obstacle.start(STREAM, 5, 1, 9);
        obstacle.read(5);

        assertThat(obstacle.start(STREAM, 6, 1, 9)).isEqualTo(6);
        assertThat(obstacle.start(STREAM, 6, 1, 9)).isEqualTo(6);
    }

    @Test
    void anEmptyStreamAndANewOneAreNoObstacle() {
        for (int attempt = 0; attempt < 5; attempt++) {
            assertThat(obstacle.start(STREAM, 10, 10, 9)).isEqualTo(10);
        }
        obstacle.start(STREAM, 10, 10, 12);
        obstacle.start(STREAM, 10, 10, 12);
        assertThat(obstacle.start("2026-01-02T00:00:00Z", 1, 1, 12)).isEqualTo(1);
    }

    @Test
    void messagesThatWaitWhileNoneComesAreNoticedAtTheSecondLook() {
        obstacle.start(STREAM, 5, 1, 9);
        assertThat(obstacle.isInTheWay(9)).isFalse();
        assertThat(obstacle.isInTheWay(9)).isTrue();
        obstacle.read(5);
        assertThat(obstacle.isInTheWay(9)).isFalse();
        obstacle.read(9);
        assertThat(obstacle.isInTheWay(9)).isFalse();
        assertThat(obstacle.isInTheWay(9)).isFalse();
    }
}
