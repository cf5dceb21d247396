package runs

import "gorm.io/gorm"

// Driver drives a van.
type Driver struct {
	ID      int64  `gorm:"primaryKey"`
	Name    string `gorm:"size:120;not null"`
	Licence string `gorm:"size:30;not null;uniqueIndex"`
}

// TableName tells GORM where drivers are kept.
func (Driver) TableName() string { return "drivers" }

// DriverShift is a day that a driver works.
type DriverShift struct {
	ID       int64  `gorm:"primaryKey"`
	DriverID int64  `gorm:"not null;index"`
	Day      string `gorm:"size:10;not null"`
}

// TableName tells GORM where shifts are kept.
func (DriverShift) TableName() string { return "driver_shifts" }

// ShiftsOf lists the shifts of a driver, latest first.
func ShiftsOf(db *gorm.DB, driverID int64, limit int) ([]DriverShift, error) {
	var shifts []DriverShift
	err := db.Where("driver_id = ?", driverID).Order("day DESC").Limit(limit).Find(&shifts).Error
	return shifts, err
}
